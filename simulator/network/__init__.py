"""The network itself: what is kept, what happens later, what is reported to the customer, and the journal."""
