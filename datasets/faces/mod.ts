/** Faces in photographs: found, chosen, cut out alike. Loads its packages (npm:@vladmandic/face-api) at the first call. */

export { chooseFace, type FaceBox } from "./choose.ts";
export { cropFace, type DetectedFace, detectFaces, type DetectOptions, type Face, findFace } from "./detect.ts";
export { cutSquare, type Image, readImage, type ReadImageOptions, type Square } from "./image.ts";
export { faceSquare, LANDMARKS, type Point } from "./landmarks.ts";
export { type Detector, type FaceBackend, FaceDetectionError } from "./networks.ts";
