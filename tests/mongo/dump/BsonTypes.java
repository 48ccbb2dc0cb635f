package mongo.dump;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDbPointer;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/** Values of every BSON type, with several of those that are easily damaged. */
public final class BsonTypes {
    private BsonTypes() {}

    public static List<BsonValue> values() {
        List<BsonValue> values = new ArrayList<>();
        for (double number : new double[] {0.0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY}) {
            values.add(new BsonDouble(number));
        }
        values.add(new BsonString(""));
        values.add(new BsonString("Zoë \u0000 \uD83D\uDE00 $"));
        values.add(new BsonDocument());
        values.add(new BsonDocument("a.b", new BsonInt32(1)).append("$c", new BsonInt32(2)));
        values.add(new BsonArray());
        values.add(new BsonArray(List.of(new BsonInt32(1), new BsonNull())));
        for (byte subtype : new byte[] {0, 1, 2, 3, 4, 5, 6, (byte) 0x80}) {
            values.add(new BsonBinary(subtype, new byte[16]));
        }
        values.add(new BsonBinary((byte) 0, new byte[0]));
        values.add(new BsonUndefined());
        values.add(new BsonObjectId(new ObjectId("65f000000000000000000001")));
        values.add(BsonBoolean.TRUE);
        values.add(BsonBoolean.FALSE);
        values.add(new BsonDateTime(Long.MIN_VALUE));
        values.add(new BsonDateTime(0));
        values.add(new BsonNull());
        values.add(new BsonRegularExpression("^a/b", "im"));
        values.add(new BsonDbPointer("app.users", new ObjectId("65f000000000000000000002")));
        values.add(new BsonJavaScript("return 1"));
        values.add(new BsonSymbol("symbol"));
        values.add(new BsonJavaScriptWithScope("return x", new BsonDocument("x", new BsonInt32(1))));
        values.add(new BsonInt32(Integer.MIN_VALUE));
        values.add(new BsonTimestamp(5, 7));
        values.add(new BsonTimestamp(0, 0));
        values.add(new BsonInt64(Long.MAX_VALUE));
        values.add(new BsonDecimal128(Decimal128.parse("0E-6176")));
        values.add(new BsonDecimal128(Decimal128.NaN));
        values.add(new BsonMinKey());
        values.add(new BsonMaxKey());
        return values;
    }

    /** A document with all of them, and with all of them again in a subdocument. */
    public static BsonDocument all() {
        BsonDocument inner = new BsonDocument();
        BsonDocument document = new BsonDocument("_id", new BsonString("all"));
        int i = 0;
        for (BsonValue value : values()) {
            inner.append("f" + i, value);
            document.append("f" + i++, value);
        }
        return document.append("inner", inner);
    }
}
