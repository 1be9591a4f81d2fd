package dev.stretto.kernel;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of the front-ends, one at a time; those on the control channel at once. */
final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  /** How long (ms) cells that were queued behind a failed one are listened for. */
  private static final int QUIET_MS = 20;

  private final Channels channels;
  private final StrettoKernel kernel;
  private final History history = new History();
  private volatile boolean ending;
  private int count;
  private boolean stored;

  Server(Channels channels, StrettoKernel kernel) {
    this.channels = channels;
    this.kernel = kernel;
  }

  /** Answers for ever; {@link #shutDown} ends the JVM. */
  void serve() {
    channels.start(this::control);
    Runtime.getRuntime().addShutdownHook(new Thread(this::answerBeforeExit));
    while (true) {
      Message request = channels.nextRequest();
      try {
        handle(request);
      } catch (Throwable e) {
        LOG.warn("a {} could not be answered", request.type(), e);
        channels.replyShell(request, replyType(request), error(failure(e)));
        status(request, "idle");
      }
    }
  }

  /** Runs cells as if they had been sent, with answers to nobody. */
  void rehearse(List<String> cells) {
    channels.start(this::control);
    var header = new JsonObject();
    header.addProperty("msg_type", "execute_request");
    for (String code : cells) {
      var content = new JsonObject();
      content.addProperty("code", code);
      content.addProperty("stop_on_error", false);
      handle(new Message(List.of(new byte[1]), header, header, header, content));
    }
    channels.flush(1000);
  }

  private static String replyType(Message request) {
    return request.type().replace("_request", "_reply");
  }

  private void handle(Message request) {
    if (request.type().equals("execute_request")) {
      execute(request);
      return;
    }
    status(request, "busy");
    JsonObject reply =
        switch (request.type()) {
          case "kernel_info_request" -> kernelInfo();
          case "complete_request" -> complete(request);
          case "inspect_request" -> inspect(request);
          case "is_complete_request" -> isComplete(request);
          case "history_request" -> ok("history", history.select(request));
          case "comm_info_request" -> ok("comms", new JsonObject());
          case "interrupt_request" -> ok();
          case "shutdown_request" -> {
            channels.replyShell(request, "shutdown_reply", restart(request));
            shutDown(request);
            yield null;
          }
          case "comm_open" -> {
            var close = new JsonObject();
            close.addProperty("comm_id", request.text("comm_id", ""));
            close.add("data", new JsonObject());
            channels.publish(request, "comm_close", close);
            yield null;
          }
          default -> null;
        };
    if (reply != null) {
      channels.replyShell(request, replyType(request), reply);
    }
    status(request, "idle");
  }

  private void control(Message request) {
    status(request, "busy");
    switch (request.type()) {
      case "interrupt_request" -> {
        kernel.interrupt();
        channels.replyControl(request, "interrupt_reply", ok());
      }
      case "shutdown_request" -> {
        channels.replyControl(request, "shutdown_reply", restart(request));
        shutDown(request);
      }
      case "kernel_info_request" ->
          channels.replyControl(request, "kernel_info_reply", kernelInfo());
      default -> LOG.info("a {} on the control channel was dropped", request.type());
    }
    status(request, "idle");
  }

  private void execute(Message request) {
    boolean silent = request.flag("silent", false);
    stored = !silent && request.flag("store_history", true);
    String code = request.text("code", "");
    status(request, "busy");
    kernel.attach(request, silent);
    if (stored) {
      count++;
      history.add(code);
    }
    var input = new JsonObject();
    input.addProperty("code", code);
    input.addProperty("execution_count", count);
    kernel.publish("execute_input", input);
    JsonObject reply = evaluate(request, code);
    reply.addProperty("execution_count", count);
    boolean failed = reply.get("status").getAsString().equals("error");
    // those that came before this reply went out cannot have been sent because of it
    List<Message> behind =
        failed && !silent && request.flag("stop_on_error", true)
            ? channels.waitingRequests(QUIET_MS)
            : List.of();
    channels.replyShell(request, "execute_reply", reply);
    status(request, "idle");
    for (Message each : behind) {
      if (each.type().equals("execute_request")) {
        status(each, "busy");
        var aborted = new JsonObject();
        aborted.addProperty("status", "aborted");
        aborted.addProperty("execution_count", count);
        channels.replyShell(each, "execute_reply", aborted);
        status(each, "idle");
      } else {
        handle(each);
      }
    }
  }

  private JsonObject evaluate(Message request, String code) {
    JsonObject reply;
    try {
      Cells cells = kernel.cells();
      cells.runner().begin();
      try {
        Cells.Result result = cells.run(code, "cell " + count);
        result.notes().forEach(System.out::println);
        if (result.value() != null && !kernel.isDisplayId(result.value())) {
          show(rendered(cells, result.value()));
        }
        reply = ok("payload", new JsonArray());
        reply.add("user_expressions", expressions(cells, request));
      } finally {
        cells.runner().end();
      }
    } catch (CellFailure e) {
      reply = error(e);
    } catch (Throwable e) {
      LOG.warn("a cell failed inside the kernel", e);
      reply = error(failure(e));
    }
    kernel.streams().flush();
    if (reply.get("status").getAsString().equals("error")) {
      JsonObject shown = reply.deepCopy();
      shown.remove("status");
      kernel.publish("error", shown);
    }
    return reply;
  }

  private DisplayData rendered(Cells cells, Object value) throws CellFailure {
    return (DisplayData) cells.call(() -> Rendering.render(value));
  }

  private void show(DisplayData data) {
    JsonObject content = StrettoKernel.json(data);
    content.addProperty("execution_count", count);
    if (stored && content.getAsJsonObject("data").get("text/plain") instanceof JsonPrimitive text) {
      history.result(text.getAsString());
    }
    kernel.publish("execute_result", content);
  }

  private JsonObject expressions(Cells cells, Message request) {
    var values = new JsonObject();
    if (request.content().get("user_expressions") instanceof JsonObject asked) {
      for (Map.Entry<String, JsonElement> each : asked.entrySet()) {
        try {
          Object value = cells.run(each.getValue().getAsString(), each.getKey()).value();
          JsonObject shown = StrettoKernel.json(rendered(cells, value));
          shown.addProperty("status", "ok");
          values.add(each.getKey(), shown);
        } catch (CellFailure e) {
          values.add(each.getKey(), error(e));
        }
      }
    }
    return values;
  }

  private JsonObject kernelInfo() {
    LanguageInfo language = kernel.getLanguageInfo();
    var info = new JsonObject();
    info.addProperty("name", language.getName());
    info.addProperty("version", language.getVersion());
    info.addProperty("mimetype", language.getMimetype());
    info.addProperty("file_extension", language.getFileExtension());
    info.addProperty("pygments_lexer", language.getPygmentsLexer());
    info.addProperty("codemirror_mode", language.getCodemirrorMode().toString());
    JsonObject reply = ok("language_info", info);
    reply.addProperty("protocol_version", Wire.PROTOCOL);
    reply.addProperty("implementation", kernel.getName());
    reply.addProperty("implementation_version", kernel.getVersion());
    reply.addProperty("banner", "Java " + language.getVersion() + " with the Stretto workbench");
    reply.add("help_links", new JsonArray());
    return reply;
  }

  private JsonObject complete(Message request) {
    String text = request.text("code", "");
    int at = chars(text, request.number("cursor_pos", text.length()));
    ReplacementOptions options = kernel.complete(text, at);
    var matches = new JsonArray();
    options.getReplacements().forEach(matches::add);
    JsonObject reply = ok("matches", matches);
    reply.addProperty("cursor_start", text.codePointCount(0, options.getSourceStart()));
    reply.addProperty("cursor_end", text.codePointCount(0, options.getSourceEnd()));
    reply.add("metadata", new JsonObject());
    return reply;
  }

  private JsonObject inspect(Message request) {
    String text = request.text("code", "");
    int at = chars(text, request.number("cursor_pos", text.length()));
    DisplayData found = kernel.inspect(text, at, request.number("detail_level", 0) > 0);
    JsonObject reply = found == null ? new JsonObject() : StrettoKernel.json(found);
    reply.addProperty("status", "ok");
    reply.addProperty("found", found != null);
    if (found == null) {
      reply.add("data", new JsonObject());
      reply.add("metadata", new JsonObject());
    }
    return reply;
  }

  /** Jupyter counts characters, Java counts halves of surrogate pairs. */
  private static int chars(String text, int codePoints) {
    int all = text.codePointCount(0, text.length());
    return text.offsetByCodePoints(0, Math.clamp(codePoints, 0, all));
  }

  private JsonObject isComplete(Message request) {
    String status = kernel.isComplete(request.text("code", ""));
    var reply = new JsonObject();
    reply.addProperty("status", status);
    if (status.equals("incomplete")) {
      reply.addProperty("indent", "  ");
    }
    return reply;
  }

  private static JsonObject restart(Message request) {
    JsonObject reply = ok();
    reply.addProperty("restart", request.flag("restart", false));
    return reply;
  }

  /** Ends the JVM, whatever threads run in it. */
  private void shutDown(Message request) {
    ending = true;
    status(request, "idle");
    channels.flush(500);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                Thread.sleep(1000);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(0);
            });
    // the input and output threads of the sockets need a moment for the last messages
    channels.linger();
    Runtime.getRuntime().exit(0);
  }

  /** A library ended the JVM while a cell ran: the front-end must not wait for an answer. */
  private void answerBeforeExit() {
    if (ending || !kernel.isStarted() || !kernel.cells().runner().isRunning()) {
      return;
    }
    var message =
        new CellFailure("SystemExit", "a library ended the JVM, and with it the kernel", List.of());
    try {
      kernel
          .cells()
          .runner()
          .onCaller(
              () -> {
                kernel.publish("error", error(message));
                JsonObject reply = error(message);
                reply.addProperty("execution_count", count);
                channels.replyShell(kernel.current(), "execute_reply", reply);
                status(kernel.current(), "idle");
                channels.flush(500);
                channels.linger();
              },
              1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void status(Message request, String state) {
    var content = new JsonObject();
    content.addProperty("execution_state", state);
    channels.publish(request, "status", content);
  }

  private static JsonObject ok() {
    var reply = new JsonObject();
    reply.addProperty("status", "ok");
    return reply;
  }

  private static JsonObject ok(String key, JsonElement value) {
    JsonObject reply = ok();
    reply.add(key, value);
    return reply;
  }

  private static JsonObject error(CellFailure failure) {
    var reply = new JsonObject();
    reply.addProperty("status", "error");
    reply.addProperty("ename", failure.name());
    reply.addProperty("evalue", failure.getMessage());
    var lines = new JsonArray();
    failure.traceback().forEach(lines::add);
    reply.add("traceback", lines);
    return reply;
  }

  private static CellFailure failure(Throwable e) {
    return new CellFailure(e.getClass().getName(), String.valueOf(e.getMessage()), List.of());
  }
}
