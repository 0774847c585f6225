"""What those who host the bot use: logs for machines, word to systemd, the doctor."""
