"""The gallery: pictures that their owners show to everybody, liked, reported and looked after."""
