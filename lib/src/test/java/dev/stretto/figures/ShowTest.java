package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.samplers.batching.Bins;
import dev.stretto.samplers.batching.BucketingSampler;
import dev.stretto.samplers.batching.DynamicBucketing;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class ShowTest {
  private static final byte[] END_OF_PNG = {
    'I', 'E', 'N', 'D', (byte) 0xAE, 0x42, 0x60, (byte) 0x82
  };

  private static String text(Object value) {
    return (String) Show.bundle(value).get("text/plain");
  }

  @Test
  void everythingHasPlainText() {
    assertEquals("null", text(null));
    assertEquals("a<b", text("a<b"));
    assertEquals("[1, 2]", text(new int[] {1, 2}));
    assertEquals("[[1.0], [x]]", text(new Object[] {new double[] {1}, List.of("x")}));
    assertTrue(text(new int[1000]).endsWith("... 1000 in all]"));
    assertEquals("{a=1}", text(Map.of("a", 1)));
  }

  @Test
  void picturesAreCompleteToTheLastByteWhateverTheirLength() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 30; i++) {
      BufferedImage image =
          new BufferedImage(
              1 + random.nextInt(40), 1 + random.nextInt(40), BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          image.setRGB(x, y, random.nextInt());
        }
      }
      byte[] png = Base64.getDecoder().decode((String) Show.bundle(image).get("image/png"));
      assertArrayEquals(
          END_OF_PNG, Arrays.copyOfRange(png, png.length - 8, png.length), "seed " + seed);
      BufferedImage back = ImageIO.read(new ByteArrayInputStream(png));
      assertEquals(image.getRGB(0, 0), back.getRGB(0, 0), "seed " + seed);
    }
  }

  @Test
  void aTableFixesNoColourAndIsCutWithACount() {
    Table table =
        Table.create(
            "runs <3",
            StringColumn.create("name", java.util.Collections.nCopies(1000, "<b>x</b>")),
            DoubleColumn.create("v", java.util.Collections.nCopies(1000, 1.23456789)));
    String html = (String) Show.bundle(table).get("text/html");
    assertFalse(html.contains("#") || html.contains("black") || html.contains("white"), html);
    assertTrue(html.contains("first 40 of 1,000 rows"));
    assertTrue(Show.whole(table).toString().lines().count() > 1000, "whole where it is asked for");
    assertTrue(html.contains("&lt;b&gt;x&lt;/b&gt;") && html.contains("runs &lt;3"));
    assertTrue(html.contains("text-align:right") && html.contains(">1.235<"));
  }

  @Test
  void anArrayShowsShapeTypeAndDeviceAndSurvivesBeingClosed() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray small =
          manager.create(new float[] {1, 2.5f, 3, 4}, new ai.djl.ndarray.types.Shape(2, 2));
      for (String part : List.of("(2, 2)", "float32", "cpu()", "2.5")) {
        assertTrue(text(small).contains(part), text(small));
      }
      small.close();
      assertTrue(text(small).contains("closed"), text(small));
    }
  }

  @Test
  void wrappersCarryTheirMediaType() {
    assertEquals("<b>x</b>", Show.bundle(Show.html("<b>x</b>")).get("text/html"));
    assertEquals("x", text(Show.html("<b>x</b>")));
    assertEquals("# x", Show.bundle(Show.markdown("# x")).get("text/markdown"));
  }

  @Test
  void aMethodsSourceIsShownAsItStands() {
    String code = text(Show.source(BucketingSampler.class, "insert"));
    assertTrue(code.startsWith("private void insert(Cut cut) {\n  ") && code.endsWith("\n}"), code);
    String html = (String) Show.bundle(Show.source(Bins.class, "choose", 1)).get("text/html");
    assertTrue(html.startsWith("<pre><code>default int choose(Cut cut)"), html);
    String first = text(Show.source(Bins.class, "choose", 0));
    assertTrue(first.startsWith("int choose("), first);
  }

  @Test
  void aSourceThatCannotBeShownIsASentence() {
    assertEquals(
        "DynamicBucketing has no method 'off'; there are DynamicBucketing, of",
        refused(DynamicBucketing.class, "off", 0));
    assertEquals(
        "Bins has 2 methods 'choose', so there is no number 3", refused(Bins.class, "choose", 3));
    assertEquals(
        "BucketingSampler.warnings has 26 lines, at most 25 can be read beside an equation: split"
            + " it",
        refused(BucketingSampler.class, "warnings", 0));
    assertEquals(
        "the source of dev.stretto.figures.Show is not in its jar: the library carries those of"
            + " papers and samplers",
        refused(Show.class, "show", 0));
  }

  private static String refused(Class<?> owner, String method, int overload) {
    return assertThrows(IllegalArgumentException.class, () -> Show.source(owner, method, overload))
        .getMessage();
  }

  @Test
  void withoutAKernelTheTextIsPrinted() {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      Show.show("one", null);
    } finally {
      System.setOut(before);
    }
    assertEquals("one\nnull\n", bytes.toString(StandardCharsets.UTF_8).replace("\r", ""));
    assertEquals("text", Show.rendered("text").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jjava", "old jjava", "ijava", "rapaio"})
  void eachKernelGetsItsOwnDisplayData(String family) throws Exception {
    try (FakeKernel kernel = FakeKernel.of(family)) {
      Show.show("hello", Show.html("<i>x</i>"));
      assertEquals(
          List.of("display {text/plain=hello}", "display {text/plain=x, text/html=<i>x</i>}"),
          kernel.log());
      Object rendered = Show.rendered("as result");
      assertInstanceOf(kernel.displayData(), rendered);
      assertEquals("{text/plain=as result}", rendered.toString());
      Show.show(rendered); // a figure that is not a cell's last expression
      assertEquals("display {text/plain=as result}", kernel.log().getLast());
    }
  }

  @Test
  void aKernelThatIsOnTheClasspathButDoesNotRunIsNotUsed() throws Exception {
    try (FakeKernel kernel = FakeKernel.of("jjava")) {
      kernel.stop();
      assertEquals("text", Show.rendered("text").toString());
      assertFalse(kernel.displayData().isInstance(Show.rendered("text")));
    }
  }
}
