"""What people say: reviews, tickets, surveys, posts and requests, each for a reason that the world knows."""
