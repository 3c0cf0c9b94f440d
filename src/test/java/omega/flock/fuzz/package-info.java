/** Arbitrary input for everything that strangers reach: targets, their corpus, a short run in every build and a long one by a profile. */
package omega.flock.fuzz;
