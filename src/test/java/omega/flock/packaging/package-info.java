/** What reaches users: the jar as a module, an image made of it, the launcher, and the example of the README. */
package omega.flock.packaging;
