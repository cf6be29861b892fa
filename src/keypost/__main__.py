from keypost.cli import main

main()
