package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.List;

/**
 * "Tiny Java", the common corpus of the diffusion language models: one of three statements with a
 * free variable a to h and free digits, all else fixed; 22 to 25 characters.
 *
 * <pre>
 * d  int a=1;a=a+2;return a;
 * f  for(int a=0;a&lt;1;a++)W+=a;
 * i  if(a&gt;1)a=a-2;else a=1;
 * </pre>
 *
 * @param asked whether the prompt names the kind (d, f or i); else it is empty
 */
public record TinyJava(boolean asked) implements TaskCorpus {
  private static final String KINDS = "dfi";

  /** '#' is the variable, '1' and '2' are the two digits. */
  private static final List<String> FORMS =
      List.of("int #=1;#=#+2;return #;", "for(int #=0;#<1;#++)W+=#;", "if(#>1)#=#-2;else #=1;");

  /** {@return bits in an answer: log2 3 (unless asked) + 3 + 5/3 log2 10, its true entropy} */
  public double entropyBits() {
    return (Math.log(asked ? 1 : 3) + Math.log(8) + 5 * Math.log(10) / 3) / Math.log(2);
  }

  @Override
  public Example draw(Rng rng) {
    int kind = rng.nextInt(FORMS.size());
    char variable = (char) ('a' + rng.nextInt(8));
    char first = (char) ('0' + rng.nextInt(10));
    char second = (char) ('0' + rng.nextInt(10));
    return new Example(
        asked ? KINDS.substring(kind, kind + 1) : "",
        filled(FORMS.get(kind), variable, first, second));
  }

  private static String filled(String form, char variable, char first, char second) {
    return form.chars()
        .map(c -> c == '#' ? variable : c == '1' ? first : c == '2' ? second : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Judges an answer; an empty prompt asks for any of the three kinds. */
  @Override
  public Verdict check(String prompt, String answer) {
    Checks.prompt(prompt.matches("[dfi]?"), prompt, "d, f, i or none");
    int likely = answer.startsWith("f") ? 1 : answer.startsWith("if") ? 2 : 0;
    String form = FORMS.get(prompt.isEmpty() ? likely : KINDS.indexOf(prompt));
    return Verdict.of(
        answer,
        filled(
            form,
            in(answer, form.indexOf('#'), 'a', 'h'),
            in(answer, form.indexOf('1'), '0', '9'),
            in(answer, form.indexOf('2'), '0', '9')),
        "statement",
        ';');
  }

  /** The character where a free one is written first; the least possible one if it is not right. */
  private static char in(String answer, int position, char least, char most) {
    char c = position >= 0 && position < answer.length() ? answer.charAt(position) : least;
    return c < least || c > most ? least : c;
  }
}
