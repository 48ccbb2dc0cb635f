package migopy.backfill;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.codecs.configuration.CodecConfigurationException;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/** What a backfill does with the documents that it visits. */
sealed interface Change {
    /** The word for it in the checkpoint. */
    String word();

    /**
     * Returns what distinguishes it from another change of the same kind.
     *
     * @param text the checksum of the migration's text
     */
    Document described(String text, CodecRegistry registry);

    /** Returns whether the documents have to be read before a batch is written. */
    default boolean readsDocuments() {
        return false;
    }

    /** In the server: the stages of an update pipeline. */
    record Update(List<Bson> stages) implements Change {
        public Update {
            stages = List.copyOf(stages);
        }

        @Override
        public String word() {
            return "update";
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return new Document(
                    "stages",
                    stages.stream()
                            .map(stage -> stage.toBsonDocument(Document.class, registry))
                            .toList());
        }
    }

    /** In the client: an update for each document; null leaves it unchanged. */
    record Each(UserFunction<Function<Document, Bson>> code) implements Change {
        @Override
        public String word() {
            return "each";
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return code.described(text, registry);
        }

        @Override
        public boolean readsDocuments() {
            return true;
        }
    }

    /**
     * In the client: new documents of another collection for each document.
     *
     * @param database the other collection's; null for the configured one
     */
    record Insert(
            String database,
            String collection,
            UserFunction<? extends Function<Document, ? extends List<? extends Bson>>> code)
            implements Change {
        @Override
        public String word() {
            return "insert";
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return code.described(text, registry).append("database", database).append("into", collection);
        }

        @Override
        public boolean readsDocuments() {
            return true;
        }
    }

    /** In the server: the documents are deleted. */
    record Delete() implements Change {
        static final String WORD = "delete";

        @Override
        public String word() {
            return WORD;
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return new Document();
        }
    }

    /**
     * A function of a migration.
     *
     * @param passed the function as the migration passes it
     * @param site where the migration passes it, {@code Change.up:12}; null if that is unknown
     * @param <F> its type
     */
    record UserFunction<F>(F function, Object passed, String site) {
        private static final String MIGOPY = "migopy.";

        /** Returns the function with the line of the migration that passes it. */
        static <F> UserFunction<F> of(F function) {
            String site = StackWalker.getInstance()
                    .walk(frames -> frames.filter(one -> !one.getClassName().startsWith(MIGOPY))
                            .findFirst()
                            .map(one ->
                                    "%s.%s:%d".formatted(one.getClassName(), one.getMethodName(), one.getLineNumber()))
                            .orElse(null));
            return new UserFunction<>(function, function, site);
        }

        /** Returns the same code with another signature. */
        <T> UserFunction<T> map(Function<F, T> adapter) {
            return new UserFunction<>(adapter.apply(function), passed, site);
        }

        /**
         * Describes the function by its text, its line, and the values that it captured, which
         * differ between the iterations of a loop.
         */
        Document described(String text, CodecRegistry registry) {
            List<Object> captured = new ArrayList<>();
            for (Field field : passed.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && field.trySetAccessible()) {
                    captured.add(value(field, registry));
                }
            }
            return new Document("text", text).append("site", site).append("captured", captured);
        }

        private Object value(Field field, CodecRegistry registry) {
            try {
                Object value = field.get(passed);
                return new CapturedValue(registry, field.getType().getName()).of(value);
            } catch (IllegalAccessException e) {
                return field.getType().getName();
            }
        }
    }

    /** Describes a captured value by the data that it consists of. */
    final class CapturedValue {
        /** A larger captured collection is a lookup table, and may differ at each attempt. */
        private static final int MOST_ELEMENTS = 100;

        /** More characters of JSON are not compared. */
        private static final int MOST_CHARACTERS = 64 * 1024;

        private static final int MOST_VALUES = 10_000;

        /** How deep collections may be nested; one may contain itself. */
        private static final int DEEPEST = 8;

        private final CodecRegistry registry;
        private final BsonString otherwise;
        private int left = MOST_VALUES;

        /**
         * @param otherwise describes what is not data: a client, another function. Not its class,
         *     whose name may differ in each JVM.
         */
        private CapturedValue(CodecRegistry registry, String otherwise) {
            this.registry = registry;
            this.otherwise = new BsonString(otherwise);
        }

        private BsonValue of(Object value) {
            BsonValue contents = contents(value, DEEPEST);
            String json = new BsonDocument("value", contents).toJson();
            return json.length() > MOST_CHARACTERS ? new BsonString(json.substring(0, MOST_CHARACTERS)) : contents;
        }

        private BsonValue contents(Object value, int depth) {
            left--;
            if (left < 0 || depth == 0) {
                return otherwise;
            }
            if (value instanceof CharSequence text) {
                return new BsonString(text.toString());
            }
            if (isLarge(value)) {
                return new BsonString(value.getClass().getName());
            }
            if (value instanceof Map<?, ?> map && !(value instanceof Bson)) {
                return sorted(map.entrySet().stream()
                        .map(entry -> elements(Stream.of(entry.getKey(), entry.getValue()), depth)));
            }
            if (value instanceof Set<?> set) {
                return sorted(set.stream().map(one -> contents(one, depth - 1)));
            }
            if (value instanceof Collection<?> many) {
                return elements(many.stream(), depth);
            }
            if (value != null && value.getClass().isArray() && !(value instanceof byte[])) {
                int length = Math.min(Array.getLength(value), MOST_VALUES);
                return elements(IntStream.range(0, length).mapToObj(i -> Array.get(value, i)), depth);
            }
            try {
                BsonDocument lazy = new Document("value", value).toBsonDocument(Document.class, registry);
                return lazy.get("value"); // Encodes the value, which fails here if it has no codec.
            } catch (CodecConfigurationException | BsonInvalidOperationException e) {
                return otherwise;
            }
        }

        private BsonArray elements(Stream<?> many, int depth) {
            return new BsonArray(many.map(one -> contents(one, depth - 1)).toList());
        }

        /** Returns the values in an order of their own: that of a set may differ in each JVM. */
        private static BsonArray sorted(Stream<BsonValue> values) {
            return new BsonArray(
                    values.sorted(Comparator.comparing(BsonValue::toString)).toList());
        }

        private static boolean isLarge(Object value) {
            return value instanceof Collection<?> many && many.size() > MOST_ELEMENTS
                    || value instanceof Map<?, ?> map && map.size() > MOST_ELEMENTS
                    || value instanceof Object[] array && array.length > MOST_ELEMENTS;
        }
    }
}
