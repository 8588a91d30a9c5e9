"""Page modules without a page: their pure logic under node."""
