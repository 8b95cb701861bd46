"""What whoever watches is told: metrics, overdue rows, unfit items."""
