"""What Discord checks before it takes a body: every breach is a 50035 that names the field."""
