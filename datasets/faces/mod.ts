/** Faces in photographs: found, chosen, cut out alike. Loads its packages (npm:@vladmandic/face-api) at the first call. */

export { chooseFace, type FaceBox } from "./choose.ts";
export {
  cropFace,
  type DetectedFace,
  detectFaces,
  type DetectOptions,
  type Face,
  findFace,
  findFaces,
} from "./detect.ts";
export {
  cutSquare,
  type Image,
  middleSquare,
  PICTURES,
  readImage,
  type ReadImageOptions,
  type Square,
} from "./image.ts";
export { type FaceFrame, faceSquare, LANDMARKS, type Point } from "./landmarks.ts";
export { findPictures, type FoundPictures } from "./find_pictures.ts";
export { type FaceCrop, type PictureFaces, type ReadFace, readFaces, type ReadFacesOptions } from "./read_faces.ts";
export { type Detector, type FaceBackend, FaceDetectionError } from "./networks.ts";
