/** Compares what Migopy prints with files, byte for byte, as text and as JSON. */
package golden;
