"""After a restore: what left and came since the backup is made good."""
