"""A check that does nothing, on the same library as the real ones: their floor."""

import nagiosplugin


class Hello(nagiosplugin.Resource):  # type: ignore[misc]
    """Measures nothing."""

    def probe(self) -> nagiosplugin.Metric:
        """Return a constant."""
        return nagiosplugin.Metric("hello", 1, context="hello")


@nagiosplugin.guarded  # type: ignore[untyped-decorator]
def main() -> None:
    """Run the check."""
    nagiosplugin.Check(Hello(), nagiosplugin.ScalarContext("hello", "5", "9")).main()


if __name__ == "__main__":
    main()
