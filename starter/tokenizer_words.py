"""Words the tokenizer knows beyond those that scenes and packs use."""

# Said often and drawn never: captions carry them now and then so that they change nothing.
FILLER_PHRASES = (
    "beautiful", "lovely", "cute", "cozy", "charming", "pretty", "nice", "adorable", "gentle",
    "highly detailed", "detailed", "masterpiece", "best quality", "high quality", "illustration",
    "a picture of", "an image of", "a drawing of", "an illustration of", "a photo of",
    "a painting of", "digital art", "concept art", "artwork", "storybook illustration",
    "vibrant colours", "vivid colors", "soft light", "dramatic lighting", "cinematic", "wide shot",
    "sharp focus", "trending", "award winning", "professional", "simple", "clean", "minimal",
    "please", "very", "really", "wonderful", "amazing", "stunning", "epic", "peaceful", "calm",
    "dreamy", "magical", "whimsical", "fantasy", "children book", "poster", "wallpaper", "render",
)  # fmt: skip

_COMMON = """
    a an the and or of in on at by with without near next to under over above below behind
    before between beside into from for as is are it its this that these those there here one two
    three four five six seven eight nine ten some many few more less all both each every no not
    he she they we you i my your his her their our who what where when how why
    big small large little tiny huge tall short long wide old new young happy sad angry sleepy
    warm cold hot cool bright dark light pale deep shiny wooden golden silver stone glass metal
    left right top bottom middle center centre front back side far close high low inside outside
    run runs running walk walks walking fly flies flying sit sits sitting stand stands standing
    sleep sleeps sleeping swim swims swimming sail sails sailing hold holds holding look looks
    looking wear wears wearing hat scarf coat crown flag lamp lantern door window roof road path
    river lake beach island field garden park street bridge village town cloud sky sun moon star
    water fire ice wind grass leaf leaves rock rocks sand wave waves hill mountain valley
    spring summer autumn winter fall morning noon afternoon evening midnight today
    man woman boy girl child person people king queen knight wizard witch dragon unicorn ghost
    dog puppy kitten horse cow pig sheep goat chicken duck rabbit bear wolf lion tiger elephant
    monkey mouse frog turtle snake whale shark dolphin penguin butterfly bee spider
    apple banana bread cake coffee tea cup bottle book chair table bed clock phone computer
    camera guitar piano drum ball toy game bike bicycle motorcycle bus truck taxi helicopter
    spaceship submarine tractor school church shop market hotel hospital station airport
    red blue green yellow purple orange pink white black teal brown grey gray gold violet
    turquoise cyan magenta beige navy maroon
    style look art painting drawing sketch print photo image picture colour color colours colors
"""
COMMON_WORDS = tuple(_COMMON.split())

# Triggers for packs still to come: one token each, unlike any word people type.
_RESERVED = """
    zorvel quimba flanoo trevik moxali bruneth skelva poltrin wuzari jantho
    krelmo vandiq sorphel glinta draxu fenwol yubrik cholvan thizzo marnek
    ospril ludvane pexori hravick nimbrol ezquil barvoth tindrax corvaly uphrin
    jelkova rundiss wextra falgoon mizpeth dorvani clyphex sundrel vokrane azumril
"""
RESERVED_WORDS = tuple(_RESERVED.split())
