/** What Migopy prints, byte for byte: words and JSON held against files of what they have to be. */
package golden;
