package mongo.launch;

import java.io.IOException;
import java.nio.file.Path;
import migopy.mongo.EmbeddedServer;
import support.Checkout;

/** Starts the embedded server, prints its port, and keeps it running until standard input ends. */
public final class EmbeddedMain {
    private EmbeddedMain() {}

    public static void main(String... args) throws IOException {
        try (var server = EmbeddedServer.start(Checkout.root(), Path.of(args[0]))) {
            System.out.println("port " + server.port());
            System.out.flush();
            System.in.read();
        }
    }
}
