"""Fixed prompts that training draws again and again, so that progress can be seen."""

BASE_PROMPTS = (
    "a red boat by the sea at sunset",
    "a yellow car in the city at night",
    "a white lighthouse by the sea at night with stars",
    "a purple castle in the mountains at sunset",
    "a green robot in the desert at dawn",
    "a pink flower on green hills in daylight",
    "an orange cat in the forest at night with a full moon",
    "a blue house in the forest with snow",
    "a red hot air balloon over the mountains in daylight",
    "a teal bird by the sea with clouds",
    "a black rocket in the desert at night with stars",
    "a yellow mushroom in the forest with rain",
    "a blue car",
    "a cat",
    "the sea at night",
    "a beautiful red house on green hills, highly detailed",
)
LOOK_PROMPTS = BASE_PROMPTS[:8]
CHARACTER_PROMPTS = (
    "in the forest at night",
    "by the sea at sunset",
    "on green hills in daylight",
    "in the city with snow",
    "in the desert at dawn",
    "in the mountains at night with stars",
    "with a red boat by the sea",
    "",
)
