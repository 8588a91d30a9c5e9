"""The numbered legal forms. Here: receipt (layout of Mẫu 01)."""
