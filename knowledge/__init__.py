"""What agents say: the scripts of the policy."""
