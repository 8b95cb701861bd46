"""Keys of the database: recognised, rotated; opening what is sealed."""
