"""What agents say, and what they must not: scripts and phrases of the policy."""
