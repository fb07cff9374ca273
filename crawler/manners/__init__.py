"""What sites ask of us, and how it is kept: robots.txt, opt-outs, pauses. Everything that goes out passes the gate."""
