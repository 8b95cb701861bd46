"""Views for what carriers bring: texts, calls, keys, receipts. They translate and hold no rule of the survey."""
