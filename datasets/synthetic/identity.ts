/** Who a drawn face is: everything about it that stays when its expression changes. */

import { Random } from "./random.ts";

/** How the hair is worn. */
export type HairStyle =
  | "short"
  | "side-parted"
  | "fringe"
  | "bob"
  | "long"
  | "curly"
  | "tied-back"
  | "receding"
  | "bald"
  | "headscarf";

/** What grows on the lower face. */
export type Beard = "none" | "stubble" | "moustache" | "goatee" | "full";

/** A person. Lengths are factors around 1 or face units (half a face is about 100 wide); tones are grey levels. */
export interface Identity {
  /** Skull: width of the face, of the jaw and of the chin, length of the lower face, height of the forehead (factors). */
  faceWidth: number;
  jawWidth: number;
  chinWidth: number;
  faceLength: number;
  foreheadHeight: number;
  /** Eyes: distance, size, opening (factors), tilt (units by which the outer corner is higher), depth of the socket 0..1. */
  eyeSpacing: number;
  eyeSize: number;
  eyeOpening: number;
  eyeTilt: number;
  socketDepth: number;
  irisTone: number;
  /** How strong the fold over the eye is, 0..1, and how dark the lashes are, 0..1. */
  lidFold: number;
  lashes: number;
  /** Brows: height above the usual place (units), thickness (factor), arch (units), slant (units), tone, density 0..1. */
  browHeight: number;
  browThickness: number;
  browArch: number;
  browSlant: number;
  browTone: number;
  browDensity: number;
  /** Nose: width and length (factors). */
  noseWidth: number;
  noseLength: number;
  /** Mouth: width, thickness of the lips (factors), how much darker than the skin they are 0..1. */
  mouthWidth: number;
  upperLip: number;
  lowerLip: number;
  lipTone: number;
  /** Units by which the lip corners are lower at rest: some faces look sad when they are not. */
  restingMouth: number;
  /** Skin: grey level, strength of age lines 0..1, moles as [x, y, radius] in face units. */
  skinTone: number;
  age: number;
  moles: [x: number, y: number, radius: number][];
  /** Hair: style, grey level, volume (factor), the side of the parting (-1 or 1), a seed for its strands. */
  hair: HairStyle;
  hairTone: number;
  hairVolume: number;
  parting: number;
  strandSeed: number;
  beard: Beard;
  glasses: "none" | "thin" | "thick";
  earSize: number;
  /** Grey level of the clothes. */
  clothesTone: number;
}

const HAIR_STYLES: readonly HairStyle[] = [
  "short",
  "short",
  "short",
  "side-parted",
  "side-parted",
  "fringe",
  "bob",
  "bob",
  "long",
  "long",
  "curly",
  "tied-back",
  "tied-back",
  "receding",
  "bald",
  "headscarf",
];
const BEARDED_STYLES: readonly HairStyle[] = ["short", "side-parted", "receding", "bald", "curly"];
const BEARDS: readonly Beard[] = ["none", "none", "stubble", "moustache", "goatee", "full"];

/**
 * Draws a person.
 *
 * @param seed the data set's seed.
 * @param subject the person's number; the same seed and number are always the same person.
 *
 * @example
 * ```ts
 * import { drawIdentity } from "./identity.ts";
 * const person = drawIdentity(1, 0);
 * if (person.skinTone < 60 || person.skinTone > 225) throw new Error("skin tones lie in 60..225");
 * ```
 */
export function drawIdentity(seed: number, subject: number): Identity {
  const random = new Random(seed, 1, subject);
  const near = (mean: number, deviation: number) => random.around(mean, deviation);
  const skinTone = random.uniform(114, 220);
  const age = random.uniform(0, 1) ** 2;
  const hair = random.pick(HAIR_STYLES);
  const masculine = BEARDED_STYLES.includes(hair) && random.chance(0.75);
  // Fair hair goes with fair skin, and hair greys with age.
  const pigment = random.uniform(14, skinTone > 165 ? 120 : 48);
  const hairTone = age > 0.55 && random.chance(0.7) ? random.uniform(120, 195) : pigment;
  return {
    faceWidth: near(1, 0.035),
    jawWidth: near(masculine ? 0.85 : 0.79, 0.035),
    chinWidth: near(masculine ? 0.37 : 0.3, 0.035),
    faceLength: near(1, 0.045),
    foreheadHeight: near(1, 0.06),
    eyeSpacing: near(1, 0.04),
    eyeSize: near(masculine ? 0.97 : 1.06, 0.05),
    eyeOpening: near(1, 0.1),
    eyeTilt: near(1, 1.3),
    socketDepth: random.uniform(0.2, 1),
    irisTone: random.chance(0.6) ? random.uniform(28, 60) : random.uniform(70, 130),
    lidFold: random.uniform(0.2, 1),
    lashes: masculine ? random.uniform(0.3, 0.7) : random.uniform(0.6, 1),
    browHeight: near(0, 1.7),
    browThickness: near(masculine ? 1.2 : 0.85, 0.17),
    browArch: near(masculine ? 0 : 2.5, 1.6),
    browSlant: near(0, 1.3),
    browTone: Math.min(hairTone * 0.75 + 8, skinTone * 0.62),
    browDensity: random.uniform(0.65, 1),
    noseWidth: near(1, 0.1),
    noseLength: near(1, 0.05),
    mouthWidth: near(1, 0.06),
    upperLip: near(1, 0.18),
    lowerLip: near(1, 0.16),
    lipTone: random.uniform(0.12, masculine ? 0.3 : 0.5),
    restingMouth: near(0, 1),
    skinTone,
    age,
    moles: drawMoles(random),
    hair,
    hairTone,
    hairVolume: near(1, 0.12),
    parting: random.pick([-1, 1]),
    strandSeed: random.bits(),
    beard: masculine ? random.pick(BEARDS) : "none",
    glasses: random.chance(0.16) ? random.pick(["thin", "thick"] as const) : "none",
    earSize: near(1, 0.08),
    clothesTone: random.uniform(25, 225),
  };
}

function drawMoles(random: Random): Identity["moles"] {
  const count = random.chance(0.3) ? 1 + Math.floor(random.uniform(0, 3)) : 0;
  return Array.from(
    { length: count },
    () => [random.uniform(-70, 70), random.uniform(10, 100), random.uniform(1.2, 2.4)],
  );
}
