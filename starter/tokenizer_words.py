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
    about after again against along always am among any around away be because been being but
    came can come could day did do does done down during else even ever everything fast find
    first follow found full get give go goes going good got great had has have help home just
    keep know last let lets like live lives lot love made make makes making me much must name
    need never night now off often once only open other out own play plays playing put read see
    seen show shows slow slowly someone something soon still stop such take tell than them then
    thing think through time together too toward towards try turn until up upon us use wait want
    was way well went were will wish work would year yes yet add also best better bold blurry
    brave busy clear closed colorful colourful complete crazy curious dirty dry dusty early easy
    empty evil fancy fat favourite fierce flat fluffy foggy fresh friendly frozen funny furry
    fuzzy giant glad glowing grand grumpy hairy heavy hidden holy hungry icy jolly kind late
    lazy lonely loud lucky mad magic merry messy mighty misty modern muddy mysterious narrow
    neat noisy odd plain playful pointy polite poor proud quick quiet rainy rare real rich rough
    round royal rusty sandy scary sharp shy silent silly sleek smart smiling smooth snowy soft
    sparkling spooky spotted square stormy strange striped strong sunny super sweet tasty thick
    thin tired tough ugly vast wet wild windy wise alien alligator angel ant ape armor armour
    arrow axe baby backpack badger bag balcony ballet bamboo banjo barn basket bat bath battle
    bay beard beaver bell bench berry bloom boots bowl box branch brick broom bucket bug bull
    bunny burger bush butter button cabin cactus camel camp candle candy canoe canyon cape car
    card cart carpet carrot cave cheese cherry chimney chocolate circle circus cliff clown coast
    coconut cookie coral corn cottage couch crab crane crater crocodile crow crystal cube
    cupcake curtain dance dancer dancing deer desert desk dinosaur doctor doll donkey donut
    doughnut dragonfly dream dress drink driver driving duckling dune dwarf eagle ear earth egg
    elf eye eyes face fairy family farmer farm feather feet fence festival fireplace firework
    fireworks fisherman flame flamingo flute fog food foot football forest fork fountain frame
    friend friends fruit galaxy gate giraffe glasses globe gloves goblin goose gorilla grape
    guard hair hammer hamster hand hands harbour harbor hawk head heart hedgehog helmet hen hero
    honey hoof hook horn igloo insect jacket jar jelly jewel juice jungle kangaroo kettle key
    kite knife koala ladder lady ladybug lamb land lava lemon leopard letter lightning lily
    lizard llama lobster log lorry map mask mermaid meteor milk mirror mist mole monster moose
    moth mountainside mouth mug museum music narwhal necklace nest ninja nose oak oasis ocean
    octopus orchard ostrich otter owl palace palm pancake panda panther paper parachute parade
    parrot party paw peach peacock pear pebble pelican pencil pepper pie pier pigeon pillow
    pineapple pirate pizza planet plant plate poison police pond pony poppy potato pottery
    princess prince pumpkin puppet pyramid raccoon rain rainbow ram ranch rat raven reindeer
    ribbon rice ring robe rope rose ruins sailor salmon salad sandwich scooter sculpture seagull
    seal seed shadow shell shield shoe shore singer singing skate skeleton ski skull sled sloth
    snail sofa soldier soup space spoon squid squirrel stable staff statue steam stick stork
    storm straw stream strawberry sunflower sunlight swan sword temple tent theater theatre
    throne toad tomato tooth torch tower toys trail tree troll tropical trumpet tulip tunnel
    turkey umbrella uniform vampire van vase vegetable violin volcano wagon wall walrus warrior
    watch waterfall watermelon wheel wildlife wing wings wood woods world worm yacht yak zebra
    zombie
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
