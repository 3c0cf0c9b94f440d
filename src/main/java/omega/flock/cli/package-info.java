/**
 * The command line. It uses the exported packages only, so each command is an example of the API as well.
 *
 * <p>Data goes to standard output, diagnostics to standard error. Exit codes: 0 done, 1 failed, 2 usage.
 */
package omega.flock.cli;
