package support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy that cuts, delays or swallows traffic. It starts by passing everything.
 *
 * <p>{@link #cut()} closes all connections and refuses new ones, {@link #swallow()} keeps them open and passes nothing
 * (a network that is gone), {@link #pass()} ends both, {@link
 * #delay(Duration)} holds each request back.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private enum Mode {
        PASS,
        CUT,
        SWALLOW
    }

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private Mode mode = Mode.PASS;
    private Duration delay = Duration.ZERO;
    private boolean closed;

    private TcpProxy(ServerSocket listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
    }

    /** Starts a proxy to a server on a free port of 127.0.0.1. */
    public static TcpProxy to(String host, int port) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
            TcpProxy proxy = new TcpProxy(listener, new InetSocketAddress(host, port));
            proxy.startThread("proxy-" + listener.getLocalPort(), proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Returns the number of connections so far. */
    public int connections() {
        return connections.get();
    }

    public void pass() {
        change(Mode.PASS);
    }

    /** Closes every connection, even within a message, and each new one at once. */
    public void cut() {
        change(Mode.CUT);
        closeAll();
    }

    /** Closes every connection once; new ones pass. */
    public void cutOnce() {
        closeAll();
    }

    /** Keeps connections open and holds back all bytes until {@link #pass()} releases them. */
    public void swallow() {
        change(Mode.SWALLOW);
    }

    /** Delays each chunk that clients send by {@code each}: a slow server. */
    public synchronized void delay(Duration each) {
        delay = each;
    }

    private synchronized void change(Mode next) {
        mode = next;
        notifyAll();
    }

    private synchronized boolean cuts() {
        return mode == Mode.CUT;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                connections.incrementAndGet();
                if (cuts()) {
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // The listener was closed or the server refused: the client sees its socket closed.
                continue;
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        try {
            server.connect(target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            client.close();
            throw e;
        }
        open.add(client);
        open.add(server);
        startThread("proxy-up", () -> pump(client, server, true));
        startThread("proxy-down", () -> pump(server, client, false));
    }

    private void pump(Socket from, Socket to, boolean fromClient) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (fromClient) {
                    holdBack();
                }
                awaitPassing();
                out.write(buffer, 0, n);
            }
        } catch (IOException | InterruptedException e) {
            // Cut by the test or by either side: both are closed.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private synchronized void holdBack() throws InterruptedException {
        long end = System.nanoTime() + delay.toNanos();
        for (long left = delay.toMillis();
                left > 0 && !closed && mode != Mode.CUT;
                left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    private synchronized void awaitPassing() throws InterruptedException {
        while (mode == Mode.SWALLOW && !closed) {
            wait();
        }
    }

    private void startThread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        synchronized (this) {
            threads.removeIf(old -> !old.isAlive() && old.getState() == Thread.State.TERMINATED);
            threads.add(thread);
        }
        thread.start();
    }

    private void closeAll() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        List<Thread> running;
        synchronized (this) {
            closed = true;
            notifyAll();
            running = List.copyOf(threads);
        }
        listener.close();
        closeAll();
        Eventually.until(
                "the proxy's threads end", END_LIMIT, () -> running.stream().noneMatch(Thread::isAlive));
    }
}
