"""Files that come in or go out: workbooks, lists, forms, reports. No database, carrier or use case is known here."""
