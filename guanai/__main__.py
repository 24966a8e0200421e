from guanai.core.cli import main

main()
