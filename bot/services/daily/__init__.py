"""Daily quotes: schedules made by moderators, and the poster that keeps them."""
