package dev.stretto.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dflib.jjava.jupyter.messages.HMACGenerator;
import org.junit.jupiter.api.Test;

class WireTest {
  private final Wire wire = new Wire(hmac("key"));

  private static HMACGenerator hmac(String key) {
    try {
      return new HMACGenerator("HmacSHA256", key);
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private Message message() {
    var content = new JsonObject();
    content.addProperty("code", "é😀");
    var nobody =
        new Message(
            List.of(new byte[] {1, 0, 2}),
            new JsonObject(),
            new JsonObject(),
            new JsonObject(),
            content);
    return wire.answer(nobody, "execute_request", content);
  }

  @Test
  void whatIsEncodedIsDecoded() throws Wire.BadMessage {
    Message sent = message();
    Message read = wire.decode(wire.encode(sent));
    assertEquals("execute_request", read.type());
    assertEquals(sent.header(), read.header());
    assertEquals("é😀", read.text("code", ""));
    assertArrayEquals(sent.identities().getFirst(), read.identities().getFirst());
  }

  @Test
  void anythingElseIsOneException() {
    List<byte[]> good = wire.encode(message());
    for (int frame = 1; frame < good.size(); frame++) {
      List<byte[]> bad = new ArrayList<>(good);
      bad.set(frame, "{\"other\": 1}".getBytes(StandardCharsets.UTF_8));
      assertThrows(Wire.BadMessage.class, () -> wire.decode(bad), "frame " + frame);
      List<byte[]> shorter = good.subList(0, frame);
      assertThrows(Wire.BadMessage.class, () -> wire.decode(shorter), frame + " frames");
    }
    assertThrows(Wire.BadMessage.class, () -> wire.decode(List.of()));
    assertThrows(Wire.BadMessage.class, () -> new Wire(hmac("other")).decode(good));
  }
}
