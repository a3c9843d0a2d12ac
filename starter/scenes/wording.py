"""The words for what a scene can show; the first of each row is the plain way to say it."""

SHADES: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet", "bright red", "deep red"),
    "blue": ("blue", "bright blue", "royal blue"),
    "green": ("green", "bright green", "emerald"),
    "yellow": ("yellow", "golden yellow", "bright yellow", "sunny yellow"),
    "purple": ("purple", "violet", "deep purple"),
    "orange": ("orange", "bright orange"),
    "pink": ("pink", "rosy pink", "light pink"),
    "white": ("white", "snow white", "bright white"),
    "black": ("black", "dark black", "jet black"),
    "teal": ("teal", "turquoise"),
    "brown": ("brown", "chocolate brown", "chestnut"),
    "grey": ("grey", "gray", "silver grey", "gray"),
    "lime": ("lime", "lime green", "bright lime"),
    "magenta": ("magenta", "fuchsia", "bright magenta"),
}
SIZES = {
    "small": ("small", "little", "tiny"),
    "large": ("large", "big", "huge", "giant", "enormous"),
}
POSITIONS = {
    "left": ("on the left", "on the left side", "to the left", "at the left"),
    "right": ("on the right", "on the right side", "to the right", "at the right"),
    "in the distance": ("in the distance", "far away", "far off in the distance"),
    "in the sky": ("in the sky", "up in the sky", "flying", "flying in the sky", "in the air"),
    "close up": ("up close", "in close up", "seen up close", "close up"),
}
CLOSE_UPS = ("close up of", "a close-up of", "a close up of", "close-up of", "a portrait of")
COUNTS = {
    2: ("two", "two", "2", "a pair of", "a couple of"),
    3: ("three", "three", "3", "a group of three"),
}
POSES = {
    "jumping": ("jumping", "leaping", "hopping"),
    "sleeping": ("sleeping", "napping", "snoozing"),
    "running": ("running", "racing", "sprinting"),
    "waving": ("waving", "waving hello"),
}
POSES_AFTER = {
    "jumping": ("jumping in the air", "jumping up", "mid jump"),
    "sleeping": ("asleep", "fast asleep", "taking a nap"),
    "running": ("running fast", "on the run", "in full run"),
    "waving": ("waving hello", "saying hello", "waving a hand"),
}
TIME_TAGS = {
    "day": ("day", "daytime", "daylight", "midday"),
    "sunset": ("sunset", "dusk", "evening", "sundown"),
    "night": ("night", "nighttime", "midnight"),
    "dawn": ("dawn", "sunrise", "early morning", "daybreak"),
}
WEATHER_TAGS = {
    "snow": ("snow falling", "snowing", "snowfall"),
    "rain": ("rain", "rainy", "raining"),
    "clouds": ("clouds", "cloudy", "cloudy sky"),
    "stars": ("stars", "starry sky", "starry"),
    "fog": ("fog", "misty", "foggy"),
    "full moon": ("full moon",),
    "big sun": ("big sun", "huge sun"),
}
IN_THE_SKY = ("flying near", "in the sky near", "in the sky and", "in the air with")
BESIDE = (
    "beside",
    "next to",
    "near",
    "and",
    "with",
    "together with",
    "alongside",
)
LEADS = (*("",) * 9, "a picture of ", "an illustration of ", "a drawing of ", "an image of ")
ARTICLES = (*("a",) * 6, "the", "one", "")
