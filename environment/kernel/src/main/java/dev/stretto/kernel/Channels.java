package dev.stretto.kernel;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * The five sockets of a kernel. Each is used by one thread alone, and none of these threads is ever
 * interrupted: a socket of JeroMQ that meets an interrupt closes its channel for good. The base
 * library's connection is not used because its loops end at the first badly signed message, share
 * sockets between threads and bind {@code ipc} to an address that no client looks for.
 *
 * <ul>
 *   <li>shell and stdin belong to the caller of {@link #nextRequest};
 *   <li>control and heartbeat have threads of their own;
 *   <li>iopub belongs to the publisher, who takes from an unbounded queue and loses nothing.
 * </ul>
 */
final class Channels {
  private static final Logger LOG = LoggerFactory.getLogger(Channels.class);

  private final ZContext context = new ZContext();
  private final KernelConnectionProperties connection;
  private final Wire wire;
  private final ZMQ.Socket shell;
  private final ZMQ.Socket control;
  private final ZMQ.Socket stdin;
  private final ZMQ.Socket iopub;
  private final ZMQ.Socket heartbeat;
  private final BlockingQueue<Runnable> outgoing = new LinkedBlockingQueue<>();

  /** Binds all sockets; requests wait in them until {@link #start}. */
  Channels(KernelConnectionProperties connection) throws IOException {
    this.connection = connection;
    try {
      wire = new Wire(connection.createHMACGenerator());
    } catch (GeneralSecurityException e) {
      throw new IOException("the key of the connection file cannot be used", e);
    }
    heartbeat = open(SocketType.REP, connection.getHbPort());
    iopub = open(SocketType.PUB, connection.getIopubPort());
    control = open(SocketType.ROUTER, connection.getControlPort());
    stdin = open(SocketType.ROUTER, connection.getStdinPort());
    shell = open(SocketType.ROUTER, connection.getShellPort());
  }

  private ZMQ.Socket open(SocketType type, int port) throws IOException {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setHWM(0);
    socket.setLinger(1000);
    if (type == SocketType.ROUTER) {
      socket.setRouterHandover(true);
    }
    if (connection.getTransport().equals("ipc")) {
      IpcBridge.open(connection.getIp() + "-" + port, socket.bindToRandomPort("tcp://127.0.0.1"));
    } else {
      socket.bind(connection.getTransport() + "://" + connection.getIp() + ":" + port);
    }
    return socket;
  }

  /** Starts heartbeat, publisher and control, whose requests go to {@code onControl}. */
  void start(Consumer<Message> onControl) {
    serve("heartbeat", () -> heartbeat.send(heartbeat.recv()));
    serve("iopub", () -> outgoing.take().run());
    serve("control", () -> onControl.accept(receive(control)));
  }

  private static void serve(String name, Step step) {
    Thread.ofPlatform()
        .daemon()
        .name("stretto-" + name)
        .start(
            () -> {
              while (true) {
                try {
                  step.run();
                } catch (Throwable e) {
                  LOG.warn("{} goes on after {}", name, e.toString(), e);
                }
              }
            });
  }

  /** The next request on the shell channel; waits for it. */
  Message nextRequest() {
    return receive(shell);
  }

  /**
   * The requests on the shell channel that are there or come before {@code quiet} ms of silence.
   */
  List<Message> waitingRequests(int quiet) {
    List<Message> waiting = new ArrayList<>();
    while (readable(shell, quiet)) {
      waiting.add(receive(shell));
    }
    return waiting;
  }

  void replyShell(Message request, String type, JsonObject content) {
    send(shell, wire.answer(request, type, content));
  }

  void replyControl(Message request, String type, JsonObject content) {
    send(control, wire.answer(request, type, content));
  }

  /** Queues a message for every front-end. */
  void publish(Message request, String type, JsonObject content) {
    Message answer = wire.answer(request, type, content);
    var message =
        new Message(
            List.of(type.getBytes(StandardCharsets.US_ASCII)),
            answer.header(),
            answer.parent(),
            answer.metadata(),
            content);
    outgoing.add(() -> send(iopub, message));
  }

  /** Waits until everything queued so far is handed to the sockets. */
  void flush(long millis) {
    var sent = new CountDownLatch(1);
    outgoing.add(sent::countDown);
    try {
      sent.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives the threads of JeroMQ the time to send what they were handed, before the JVM ends. */
  void linger() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Asks the front-end for a line of input, on the thread that owns the shell.
   *
   * @return the line, or {@code null} once {@code givenUp} says so
   */
  String ask(Message request, String prompt, boolean password, BooleanSupplier givenUp) {
    while (readable(stdin, 0)) {
      receive(stdin);
    }
    var content = new JsonObject();
    content.addProperty("prompt", prompt);
    content.addProperty("password", password);
    send(stdin, wire.answer(request, "input_request", content));
    while (!readable(stdin, 50)) {
      if (givenUp.getAsBoolean()) {
        return null;
      }
    }
    return receive(stdin).text("value", "");
  }

  private boolean readable(ZMQ.Socket socket, int millis) {
    try (ZMQ.Poller poller = context.createPoller(1)) {
      poller.register(socket, ZMQ.Poller.POLLIN);
      return poller.poll(millis) > 0;
    }
  }

  private Message receive(ZMQ.Socket socket) {
    while (true) {
      List<byte[]> frames = new ArrayList<>();
      do {
        frames.add(socket.recv());
      } while (socket.hasReceiveMore());
      try {
        return wire.decode(frames);
      } catch (Wire.BadMessage e) {
        LOG.warn(e.getMessage());
      }
    }
  }

  private void send(ZMQ.Socket socket, Message message) {
    List<byte[]> frames = wire.encode(message);
    for (int i = 0; i < frames.size() - 1; i++) {
      socket.sendMore(frames.get(i));
    }
    socket.send(frames.getLast());
  }

  private interface Step {
    void run() throws Exception;
  }
}
