# This never ends. Press Stop: the variables are kept.
count = 0
while True:
    count += 1
    if count % 5_000_000 == 0:
        print(f"{count:,} rounds")
