"""Local stand-ins for services that need an account. The product never imports them; it reaches them by base URL."""
