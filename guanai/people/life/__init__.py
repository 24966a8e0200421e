"""The life of a file: school years, changes of school and place, leaving, closing, checklists."""
