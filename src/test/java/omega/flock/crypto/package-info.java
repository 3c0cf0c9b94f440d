/** Tests of the primitives: published vectors, vectors of the JavaScript stack, and the JDK where both can do it. */
package omega.flock.crypto;
