/**
 * The messages of the DHT's application commands as immutable records, each with its codec, and what is signed in them.
 * Pure: no thread, clock, socket or random source.
 *
 * <p>The only specification is the JavaScript stack: hyperdht 6.34.0 {@code lib/messages.js}, {@code lib/constants.js} and
 * {@code lib/persistent.js}, hyperdht-address 1.1.1. As there, unknown flag bits and bytes after the last field are ignored.
 * Unlike there, every list is bounded, and a message that breaks a rule raises
 * {@link omega.flock.wire.MalformedMessageException} naming the field.
 */
package omega.flock.dht.message;
