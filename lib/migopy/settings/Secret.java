package migopy.settings;

import java.util.Objects;

/** A text that cannot print itself. */
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = Objects.requireNonNull(text);
    }

    /** The text itself, for the one place that needs it. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return Redactor.MASK;
    }
}
