package unit.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.dump.FieldMask;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

class FieldMaskTest {
    private static final String DOCUMENT = """
        {_id: "ada", email: "ada@example.com", name: {first: "Ada", last: "Lovelace"}, n: 7, big: {$numberLong: "-1234567890123"},
         born: {$date: "1815-12-10T00:00:00Z"}, price: {$numberDecimal: "12.50"}, rate: 0.25, ok: true, none: null,
         ref: {$oid: "5f43a1b2c3d4e5f60718293a"}, file: {$binary: {base64: "AQIDBA==", subType: "04"}},
         tags: ["x", {label: "red", n: 1}], re: {$regularExpression: {pattern: "ab", options: "i"}}}\
        """;

    private static BsonDocument masked(String document, String... fields) {
        return FieldMask.of(List.of(fields)).masked(RawBsonDocument.parse(document));
    }

    @Test
    void eachValueIsReplacedByOneOfTheSameTypeAndLength() {
        BsonDocument original = BsonDocument.parse(DOCUMENT);
        BsonDocument masked = masked(DOCUMENT, "*");
        assertThat(masked.keySet()).containsExactlyElementsOf(original.keySet());
        assertThat(masked.get("_id")).isEqualTo(original.get("_id"));
        original.forEach((field, value) -> {
            assertThat(masked.get(field).getBsonType()).as(field).isEqualTo(value.getBsonType());
            if (!field.equals("_id") && !value.isNull()) {
                assertThat(masked.get(field)).as(field).isNotEqualTo(value);
            }
        });
        assertThat(masked.getString("email").getValue()).matches("[a-z]{3}@[a-z]{7}\\.[a-z]{3}");
        assertThat(masked.getDocument("name").getString("last").getValue()).matches("[A-Z][a-z]{7}");
        assertThat(masked.getInt32("n").getValue()).isBetween(0, 9);
        assertThat(masked.get("big").asInt64().getValue()).isBetween(-9_999_999_999_999L, -1_000_000_000_000L);
        assertThat(masked.get("price").asDecimal128().getValue().toString()).matches("[1-9][0-9]\\.[0-9]{2}");
        assertThat(masked.get("rate").asDouble().getValue()).isBetween(0.0, 1.0);
        assertThat(masked.getBinary("file").getData()).hasSize(4);
    }

    @Test
    void pathsLeadThroughDocumentsAndArrays() {
        BsonDocument original = BsonDocument.parse(DOCUMENT);
        BsonDocument masked = masked(DOCUMENT, "name.first", "tags.label");
        assertThat(masked.getDocument("name").get("first"))
                .isNotEqualTo(original.getDocument("name").get("first"));
        assertThat(masked.getDocument("name").get("last"))
                .isEqualTo(original.getDocument("name").get("last"));
        assertThat(masked.getArray("tags").get(0)).isEqualTo(new BsonString("x"));
        BsonDocument tag = masked.getArray("tags").get(1).asDocument();
        assertThat(tag.getString("label").getValue()).matches("[a-z]{3}").isNotEqualTo("red");
        assertThat(tag.get("n")).isEqualTo(new BsonInt32(1));
        assertThat(masked.get("email")).isEqualTo(original.get("email"));
    }

    @Test
    void equalValuesStayEqualAndDifferentOnesDifferent() {
        FieldMask mask = FieldMask.of(List.of("v"));
        for (boolean text : List.of(true, false)) {
            Set<BsonValue> all = new HashSet<>();
            for (int i = 0; i < 5_000; i++) {
                BsonValue value = text ? new BsonString("u" + i + "@x") : new BsonInt32(i * 429_496);
                BsonDocument one = new BsonDocument("v", value);
                RawBsonDocument raw = RawBsonDocument.parse(one.toJson());
                BsonValue masked = mask.masked(raw).get("v");
                assertThat(masked)
                        .isNotEqualTo(value)
                        .isEqualTo(mask.masked(raw).get("v"));
                all.add(masked);
            }
            assertThat(all).hasSize(5_000);
        }
    }

    @Test
    void lettersOfAllScriptsAreReplacedAndKeepTheirLengthInBytes() {
        for (String text : List.of("Zo\u00eb", "\u738b\u5c0f\u660e", "\ud83d\ude00", "--", "a")) {
            String json = new BsonDocument("v", new BsonString(text)).toJson();
            String masked = masked(json, "v").getString("v").getValue();
            assertThat(masked).isNotEqualTo(text);
            assertThat(masked.getBytes(StandardCharsets.UTF_8)).hasSameSizeAs(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(masked(new BsonDocument("v", new BsonInt64(Long.MIN_VALUE)).toJson(), "v")
                        .get("v")
                        .asInt64())
                .isNotEqualTo(new BsonInt64(Long.MIN_VALUE));
    }

    @Test
    void anIdAndAnEmptyFieldAreRefused() {
        for (String field : List.of("_id", "a..b", "")) {
            assertThatThrownBy(() -> FieldMask.of(List.of(field)))
                    .isInstanceOf(MigopyException.class)
                    .hasMessageContaining("--mask");
        }
    }
}
