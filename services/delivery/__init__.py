"""What became of texts and calls: outcomes, receipts, doubts, silence."""
