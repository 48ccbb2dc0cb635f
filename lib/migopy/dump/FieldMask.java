package migopy.dump;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/**
 * Replaces values of named fields by others of the same type and length. Equal values have equal replacements, and different
 * texts and integers different ones, so that unique indexes and joins keep working. This hides values from readers; it is not encryption.
 *
 * <p>In texts and numbers a letter becomes another letter, and a digit another digit; blanks and punctuation stay. Each step
 * depends on the characters before it: so the replacement of a text is as unique as the text.
 */
public final class FieldMask {
    /** Without fields: replaces nothing. */
    public static final FieldMask NONE = new FieldMask(List.of());

    private static final String ANY = "*";
    private static final String ID = "_id";
    private static final long DAY = 86_400_000;

    /** A number of 10 digits may become too large for its type: then it is replaced again. */
    private static final int MOST_ROUNDS = 1_000;

    private final List<String> fields;
    private final List<List<String>> paths;
    private final long key = new SecureRandom().nextLong();

    private FieldMask(List<String> fields) {
        this.fields = List.copyOf(fields);
        this.paths =
                fields.stream().map(field -> List.of(field.split("\\.", -1))).toList();
    }

    /**
     * Returns a mask with a key of its own.
     *
     * @param fields paths with dots, which also lead through arrays; {@code *} stands for all fields of a document
     * @throws MigopyException usage, if one is empty or {@code _id}
     */
    public static FieldMask of(List<String> fields) {
        FieldMask mask = new FieldMask(fields.stream().map(String::strip).toList());
        for (List<String> path : mask.paths) {
            if (path.contains("") || path.get(0).equals(ID)) {
                throw MigopyException.usage(
                        "--mask %s: %s"
                                .formatted(
                                        String.join(".", path),
                                        path.contains("") ? "this is not a field" : "_id cannot be masked"),
                        "For example: --mask 'email,name,address.*'");
            }
        }
        return mask;
    }

    /** Returns the fields as they were given. */
    public List<String> fields() {
        return fields;
    }

    /** Returns the document with other values in the fields; the same if there are none. */
    public RawBsonDocument masked(RawBsonDocument document) {
        return paths.isEmpty() ? document : new RawBsonDocument(in(document, paths, true), new BsonDocumentCodec());
    }

    private BsonDocument in(BsonDocument document, List<List<String>> wanted, boolean top) {
        BsonDocument masked = new BsonDocument();
        document.forEach((field, value) -> {
            List<List<String>> below = new ArrayList<>();
            for (List<String> path : wanted) {
                boolean matches = path.get(0).equals(ANY)
                        ? !(top && field.equals(ID))
                        : path.get(0).equals(field);
                if (matches) {
                    below.add(path.subList(1, path.size()));
                }
            }
            masked.append(field, below.stream().anyMatch(List::isEmpty) ? all(value) : at(value, below));
        });
        return masked;
    }

    private BsonValue at(BsonValue value, List<List<String>> wanted) {
        if (wanted.isEmpty()) {
            return value;
        }
        if (value.isArray()) {
            BsonArray masked = new BsonArray();
            value.asArray().forEach(one -> masked.add(at(one, wanted)));
            return masked;
        }
        return value.isDocument() ? in(value.asDocument(), wanted, false) : value;
    }

    private BsonValue all(BsonValue value) {
        return switch (value.getBsonType()) {
            case DOCUMENT -> {
                BsonDocument masked = new BsonDocument();
                value.asDocument().forEach((field, one) -> masked.append(field, all(one)));
                yield masked;
            }
            case ARRAY -> {
                BsonArray masked = new BsonArray();
                value.asArray().forEach(one -> masked.add(all(one)));
                yield masked;
            }
            case STRING -> new BsonString(text(value.asString().getValue()));
            case SYMBOL -> new BsonSymbol(text(value.asSymbol().getSymbol()));
            case JAVASCRIPT -> new BsonJavaScript(text(value.asJavaScript().getCode()));
            case JAVASCRIPT_WITH_SCOPE ->
                new BsonJavaScriptWithScope(text(value.asJavaScriptWithScope().getCode()), new BsonDocument());
            case REGULAR_EXPRESSION ->
                new BsonRegularExpression(
                        text(value.asRegularExpression().getPattern()),
                        value.asRegularExpression().getOptions());
            case INT32 -> new BsonInt32(integer(value.asInt32().getValue(), 31).intValueExact());
            case INT64 -> new BsonInt64(integer(value.asInt64().getValue(), 63).longValueExact());
            case DOUBLE -> new BsonDouble(decimal(value.asDouble().getValue()));
            case DECIMAL128 -> new BsonDecimal128(decimal(value.asDecimal128().getValue()));
            case BOOLEAN -> BsonBoolean.valueOf(!value.asBoolean().getValue());
            case DATE_TIME -> new BsonDateTime(value.asDateTime().getValue() - shift());
            case TIMESTAMP ->
                new BsonTimestamp(
                        value.asTimestamp().getTime() - (int) (shift() / 1000),
                        value.asTimestamp().getInc());
            case BINARY ->
                new BsonBinary(
                        value.asBinary().getType(), bytes(value.asBinary().getData()));
            case OBJECT_ID ->
                new BsonObjectId(
                        new ObjectId(bytes(value.asObjectId().getValue().toByteArray())));
            default -> value; // null, and what has no value
        };
    }

    /** Returns by how much dates are moved: all by the same, so that their order stays. */
    private long shift() {
        return (30 + Long.remainderUnsigned(mixed(key), 335)) * DAY;
    }

    private String text(String text) {
        boolean plain = text.chars().anyMatch(c -> c > 127 || Character.isLetterOrDigit(c));
        long state = mixed(key + text.length());
        StringBuilder masked = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            masked.append(moved(c, state, plain));
            state = mixed(state + c);
        }
        return masked.toString();
    }

    /**
     * Returns another character of the same kind.
     *
     * @param plain whether punctuation stays
     */
    private static char moved(char c, long state, boolean plain) {
        if (c > 127) {
            return moved(c, c & ~63, 64, state); // UTF-8 has the same length for them, and pairs stay pairs
        }
        if (c >= '0' && c <= '9') {
            return moved(c, '0', 10, state);
        }
        if (c >= 'a' && c <= 'z') {
            return moved(c, 'a', 26, state);
        }
        if (c >= 'A' && c <= 'Z') {
            return moved(c, 'A', 26, state);
        }
        return plain || c <= ' ' || c == 127 ? c : moved(c, '!', '~' - '!' + 1, state);
    }

    private static char moved(char c, int first, int size, long state) {
        int step = 1 + (int) Long.remainderUnsigned(state, size - 1);
        return (char) (first + (c - first + step) % size);
    }

    private BigInteger integer(long value, int bits) {
        BigInteger masked = BigInteger.valueOf(value);
        for (int i = 0; i < MOST_ROUNDS; i++) {
            masked = new BigInteger(number(masked.toString()));
            if (masked.bitLength() <= bits && masked.longValue() != value) {
                return masked;
            }
        }
        return BigInteger.valueOf(value == 0 ? 1 : value / 2); // never seen
    }

    private double decimal(double value) {
        return Double.isFinite(value) ? Double.parseDouble(number(Double.toString(value))) : 0;
    }

    private Decimal128 decimal(Decimal128 value) {
        return value.isFinite() ? Decimal128.parse(number(value.toString())) : Decimal128.POSITIVE_ZERO;
    }

    /** Replaces the digits before an exponent. The first of several stays 0, or does not become 0. */
    private String number(String number) {
        int end = number.indexOf('E') < 0 ? number.length() : number.indexOf('E');
        boolean first = number.length() > 1;
        long state = mixed(key + number.length());
        StringBuilder masked = new StringBuilder(number.length());
        for (int i = 0; i < end; i++) {
            char c = number.charAt(i);
            if (c < '0' || c > '9') {
                masked.append(c);
            } else if (first) {
                masked.append(c == '0' ? c : moved(c, '1', 9, state));
                first = false;
            } else {
                masked.append(moved(c, '0', 10, state));
            }
            state = mixed(state + c);
        }
        return masked.append(number.substring(end)).toString();
    }

    private byte[] bytes(byte[] bytes) {
        long state = mixed(key + bytes.length);
        ByteBuffer masked = ByteBuffer.allocate(bytes.length);
        for (byte one : bytes) {
            masked.put((byte) (one + 1 + Long.remainderUnsigned(state, 255)));
            state = mixed(state + one);
        }
        return masked.array();
    }

    /** The finalizer of SplitMix64: each bit depends on all others. */
    private static long mixed(long value) {
        long mixed = (value + 0x9e3779b97f4a7c15L);
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
