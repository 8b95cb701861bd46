"""Lists and organisations: imported, compared, identified, undone; offices; online answers."""
