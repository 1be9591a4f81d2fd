package dev.stretto.kernel;

import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A front-end: starts a kernel in a process of its own and talks to it. */
final class KernelClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 60_000;

  private final Process process;
  private final ZContext context = new ZContext();
  private final KernelConnectionProperties connection;
  private final Wire wire;
  private final ZMQ.Socket shell;
  private final ZMQ.Socket control;
  private final ZMQ.Socket iopub;
  private final ZMQ.Socket heartbeat;

  /** What a request came to: its reply, and what was published in its name until it was idle. */
  record Answer(JsonObject reply, List<Message> published) {
    String status() {
      return reply.get("status").getAsString();
    }

    String printed(String stream) {
      var text = new StringBuilder();
      published.stream()
          .filter(m -> m.type().equals("stream") && m.text("name", "").equals(stream))
          .forEach(m -> text.append(m.text("text", "")));
      return text.toString();
    }

    List<String> types() {
      return published.stream().map(Message::type).filter(t -> !t.equals("status")).toList();
    }

    JsonObject data() {
      return published.stream()
          .filter(m -> m.type().equals("execute_result"))
          .findFirst()
          .orElseThrow()
          .content()
          .getAsJsonObject("data");
    }
  }

  KernelClient(String transport, Path folder) throws Exception {
    String ip = transport.equals("ipc") ? folder.resolve("kernel").toString() : "127.0.0.1";
    int[] ports = transport.equals("ipc") ? new int[] {1, 2, 3, 4, 5} : freePorts();
    connection =
        new KernelConnectionProperties(
            ip, ports[0], ports[1], ports[2], ports[3], ports[4], transport, "hmac-sha256", "k");
    Path file = folder.resolve("connection.json");
    Files.writeString(file, connection.toJsonString());
    wire = new Wire(connection.createHMACGenerator());
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                "-Xmx512m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("kernel.txt").toFile())
            .start();
    iopub = connect(SocketType.SUB, connection.getIopubPort());
    iopub.subscribe(new byte[0]);
    shell = connect(SocketType.DEALER, connection.getShellPort());
    control = connect(SocketType.DEALER, connection.getControlPort());
    heartbeat = connect(SocketType.REQ, connection.getHbPort());
    // what was published before the subscription arrived is lost: ask until it has
    do {
      sendShell("kernel_info_request", new JsonObject());
      receive(shell, TIMEOUT_MS);
    } while (receive(iopub, 500) == null);
    while (receive(iopub, 300) != null) {
      // left over from the questions
    }
  }

  private static int[] freePorts() throws IOException {
    var ports = new int[5];
    List<ServerSocket> open = new ArrayList<>();
    for (int i = 0; i < ports.length; i++) {
      open.add(new ServerSocket(0));
      ports[i] = open.get(i).getLocalPort();
    }
    for (ServerSocket each : open) {
      each.close();
    }
    return ports;
  }

  private ZMQ.Socket connect(SocketType type, int port) throws IOException {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setHWM(0);
    socket.setLinger(0);
    if (connection.getTransport().equals("ipc")) {
      socket.connect("tcp://127.0.0.1:" + bridge(Path.of(connection.getIp() + "-" + port)));
    } else {
      socket.connect("tcp://127.0.0.1:" + port);
    }
    return socket;
  }

  /** JeroMQ cannot reach a Unix domain socket either. */
  private static int bridge(Path file) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                SocketChannel inside = server.accept();
                for (File path = file.toFile(); !path.exists(); ) {
                  Thread.sleep(20);
                }
                SocketChannel outside = SocketChannel.open(UnixDomainSocketAddress.of(file));
                Thread.ofVirtual().start(() -> IpcBridge.carry(inside, outside));
                IpcBridge.carry(outside, inside);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    return ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  Answer execute(String code) {
    return await(sendCell(code, false, true));
  }

  Answer executeSilently(String code) {
    return await(sendCell(code, true, true));
  }

  Message sendCell(String code, boolean silent, boolean store) {
    var content = new JsonObject();
    content.addProperty("code", code);
    content.addProperty("silent", silent);
    content.addProperty("store_history", store);
    content.addProperty("allow_stdin", false);
    content.addProperty("stop_on_error", true);
    return sendShell("execute_request", content);
  }

  Answer ask(String type, JsonObject content) {
    return await(sendShell(type, content));
  }

  Message sendShell(String type, JsonObject content) {
    return send(shell, wire, type, content);
  }

  void sendBadlySigned(String code) throws Exception {
    var content = new JsonObject();
    content.addProperty("code", code);
    var forged =
        new KernelConnectionProperties("", 0, 0, 0, 0, 0, "tcp", "hmac-sha256", "other key");
    send(shell, new Wire(forged.createHMACGenerator()), "execute_request", content);
    shell.send("not a message at all");
  }

  void interrupt() {
    send(control, wire, "interrupt_request", new JsonObject());
    receive(control, TIMEOUT_MS);
  }

  String beat() {
    heartbeat.send("beat");
    return heartbeat.recvStr();
  }

  /** Asks for the end; how many ms the process took. */
  long shutDown() throws InterruptedException {
    long start = System.nanoTime();
    send(control, wire, "shutdown_request", new JsonObject());
    receive(control, TIMEOUT_MS);
    process.waitFor(20, TimeUnit.SECONDS);
    return (System.nanoTime() - start) / 1_000_000;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Answer await(Message request) {
    String id = request.header().get("msg_id").getAsString();
    JsonObject reply = null;
    while (reply == null) {
      Message message = received(shell, TIMEOUT_MS);
      reply = belongs(message, id) ? message.content() : null;
    }
    List<Message> published = new ArrayList<>();
    while (true) {
      Message message = received(iopub, TIMEOUT_MS);
      if (belongs(message, id)) {
        published.add(message);
        if (message.text("execution_state", "").equals("idle")) {
          return new Answer(reply, published);
        }
      }
    }
  }

  /** The text of the next stream message, whatever cell it belongs to. */
  String nextPrinted() {
    while (true) {
      Message message = received(iopub, TIMEOUT_MS);
      if (message.type().equals("stream")) {
        return message.text("text", "");
      }
    }
  }

  private static boolean belongs(Message message, String id) {
    return message.parent().has("msg_id")
        && message.parent().get("msg_id").getAsString().equals(id);
  }

  private static Message send(ZMQ.Socket socket, Wire wire, String type, JsonObject content) {
    var nobody =
        new Message(
            List.of(), new JsonObject(), new JsonObject(), new JsonObject(), new JsonObject());
    Message message = wire.answer(nobody, type, content);
    List<byte[]> frames = wire.encode(message);
    for (int i = 0; i < frames.size() - 1; i++) {
      socket.sendMore(frames.get(i));
    }
    socket.send(frames.getLast());
    return message;
  }

  private Message received(ZMQ.Socket socket, int millis) {
    Message message = receive(socket, millis);
    if (message == null) {
      throw new AssertionError("no message came within " + millis + " ms");
    }
    return message;
  }

  private Message receive(ZMQ.Socket socket, int millis) {
    socket.setReceiveTimeOut(millis);
    byte[] first = socket.recv();
    if (first == null) {
      return null;
    }
    List<byte[]> frames = new ArrayList<>(List.of(first));
    while (socket.hasReceiveMore()) {
      frames.add(socket.recv());
    }
    try {
      return wire.decode(frames);
    } catch (Wire.BadMessage e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    context.close();
  }
}
