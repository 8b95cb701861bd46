"""A village of people who err, hang up, ring back and answer later, for a week beside the real use cases."""
