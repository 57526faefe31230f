"""What an API call asks to be allowed, and whether policies allow it. moto knows actions only: neither resources nor
conditions."""
