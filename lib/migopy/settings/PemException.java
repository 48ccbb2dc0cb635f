package migopy.settings;

/** A PEM file cannot be used; the message follows the file's name: {@code holds no certificate}. */
final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    PemException(String message) {
        super(message);
    }
}
