"""Documents on paper and in files: .xlsx and CSV, PDF ledgers, contact cards, official letters.

Everything here takes plain strings and knows no model: `sheet` (.xlsx, CSV), `paper` (PDF ledger),
`cards` (contact cards as PDF), `letter` (.docx after GB/T 9704).
"""
