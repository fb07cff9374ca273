"""When to visit again: listings by their rate, articles by their age and their site's habits. Pure, all of it."""
