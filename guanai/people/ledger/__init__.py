"""The ledger (台账): lists, search, figures, exports and contact cards over people."""
