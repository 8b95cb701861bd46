"""Schema migrations. They know the tables' history and the roles, nothing above the store."""
